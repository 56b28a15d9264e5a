/** A process that does what it is told, for the tests of the pool. */
import { serveTasks } from '../../../../server/operations/process-messages.ts';

export interface Setup {
  /** Rejected as the reason for which the process cannot start. */
  readonly broken?: string;
}

export type Task = 'answer' | 'fail' | 'exit' | 'hang' | 'crash';

serveTasks<Task, { readonly pid: number }>((setup, note) => {
  const { broken } = setup as Setup;
  if (broken !== undefined) return Promise.reject(new TypeError(broken));
  note('hello');
  return Promise.resolve({
    work(task) {
      switch (task) {
        case 'answer':
          return Promise.resolve({ pid: process.pid });
        case 'fail':
          return Promise.reject(new Error('told to fail'));
        case 'exit':
          process.exit(3);
          break;
        case 'crash':
          process.kill(process.pid, 'SIGSEGV');
          break;
        case 'hang':
          for (;;); // as native code that never returns
      }
      return new Promise(() => undefined);
    },
  });
});
