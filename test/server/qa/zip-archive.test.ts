import { setTimeout as pause } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { zipArchive } from '../../../server/qa/zip-archive.ts';

const file = (name: string) => ({ name, bytes: Buffer.alloc(300_000, name) });

describe('an archive', () => {
  it('of the same files is the same at any time', async () => {
    const first = await buffer(zipArchive([file('a'), file('b')]));
    await pause(2100); // ZIP counts in two seconds
    expect(first.equals(await buffer(zipArchive([file('a'), file('b')])))).toBe(true);
  });

  it('fails as its files do', async () => {
    async function* failing() {
      yield file('a');
      await Promise.resolve();
      throw new Error('unreadable');
    }
    await expect(buffer(zipArchive(failing()))).rejects.toThrow('unreadable');
  });

  it('asks for no further file while nobody reads it, and for none when it is given up', async () => {
    let asked = 0;
    let isOver = false;
    async function* many() {
      try {
        for (; asked < 1000; asked += 1) {
          await Promise.resolve();
          // What cannot be made smaller fills the buffers on the way.
          yield { name: String(asked), bytes: crypto.getRandomValues(new Uint8Array(65_536)) };
        }
      } finally {
        isOver = true;
      }
    }
    const archive = zipArchive(many());
    await pause(300);
    expect(asked).toBeLessThan(20);
    archive.destroy();
    await expect.poll(() => isOver).toBe(true);
    expect(asked).toBeLessThan(20);
  });
});
