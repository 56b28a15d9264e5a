/**
 * Where a network is computed. Apart from the sessions, so that the configuration does not load ONNX Runtime.
 */

/** `cuda`: an NVIDIA card, for which the site adds libraries of its own. */
export const EXECUTION_PROVIDERS = ['cpu', 'cuda'] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];
