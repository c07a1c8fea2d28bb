import { generate } from './generated.ts';

generate(1, 4);
