/** Runs `process.ts` in a thread, whose TypeScript has to be seen to in the thread itself. */
import { register } from 'tsx/esm/api';

register();
await import('./process.ts');
