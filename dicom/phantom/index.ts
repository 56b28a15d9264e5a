/**
 * Procedural radiographs of hands and wrists of which the truth is known: for demonstration, tests and training.
 */
export { demoStudies, type DemoStudy } from './demo.ts';
export { drawParameters } from './draw.ts';
export { uidOf, type PhantomIdentity } from './identity.ts';
export { phantomInstance, type PhantomInstance } from './instance.ts';
export { USUAL_PARAMETERS } from './parameters.ts';
export type {
  FracturePattern,
  FractureRequest,
  FractureSite,
  Phantom,
  PhantomFracture,
  PhantomParameters,
  PhantomTruth,
} from './parameters.ts';
export { fork, type RandomSource } from './random.ts';
export { renderPhantom } from './render.ts';
