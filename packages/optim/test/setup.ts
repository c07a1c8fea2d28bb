import { registerDevice } from '@sporelet/core';
import { installOps } from '@sporelet/ops';
import { InterpreterDevice } from '../../core/test/interpreter-device.ts';

installOps();
registerDevice('CPU', () => new InterpreterDevice());
