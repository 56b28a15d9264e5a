/**
 * What threads and their pool say to each other besides tasks and results. Apart from the pool, so that threads do not
 * load it.
 */

/** Posted to the parent by a thread that has loaded what it needs. */
export const READY = 'ready';
