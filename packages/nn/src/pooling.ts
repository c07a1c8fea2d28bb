import type { Args, Tensor } from '@sporelet/core';
import { describe, str } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';
import { avgPool2d, maxPool2d } from '@sporelet/ops';
import { Cell } from './cell.ts';
