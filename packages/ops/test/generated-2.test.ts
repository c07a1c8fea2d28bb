import { generate } from './generated.ts';

generate(2, 4);
