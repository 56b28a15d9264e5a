/**
 * `npm start`: builds the reading room if need be, then becomes the server. Arguments after `--` go to the server.
 */
import './build.ts';

if (process.exitCode === undefined || process.exitCode === 0) {
  const { main } = await import('../server/main.ts');
  await main(process.argv.slice(2));
}
