import { generate } from './generated.ts';

generate(0, 4);
