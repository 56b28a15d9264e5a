/**
 * `npm start`: builds the reading room if need be, then becomes the server. Arguments after `--` go to the server.
 */
// Read when the first file is opened: four stores at once wait for the disk in more than the four threads of the default.
process.env['UV_THREADPOOL_SIZE'] ??= '12';
await import('./build.ts');

if (process.exitCode === undefined || process.exitCode === 0) {
  const { main } = await import('../server/main.ts');
  await main(process.argv.slice(2));
}
