import { generate } from './generated.ts';

generate(3, 4);
