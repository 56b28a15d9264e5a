/**
 * The bones of an adult left hand and forearm as tables: outlines in mm, seen from behind (PA), drawn by hand for this
 * project from the proportions any anatomy text gives.
 *
 * Long-bone outlines: `[u, s]`, u across (thumb side positive), s along the shaft from the base (0) to the head; only
 * the thumb side is listed where the bone is taken as symmetric. Wrist outlines: `[x, y]` from the centre of the
 * capitate, x toward the thumb, y toward the elbow.
 */

type Row = readonly [number, number];

/** The kinds of long bone of the hand. */
export type LongBoneKind = 'metacarpal' | 'proximal' | 'middle' | 'distal';

/** A long bone's half outline, base to head, and the places that grow. */
export interface LongBoneTemplate {
  readonly lengthMm: number;
  readonly half: readonly Row[];
  /** Cortex in the middle of the shaft, mm. */
  readonly cortexMm: number;
  /** Where the growth plate lies along s, and which end it serves. */
  readonly plateMm: number;
}

export const LONG_BONES: Readonly<Record<LongBoneKind, LongBoneTemplate>> = {
  // prettier-ignore
  metacarpal: {
    lengthMm: 64, cortexMm: 1.75, plateMm: 54.5,
    half: [[0, -0.2], [3.6, -0.6], [6.2, 0.3], [7.1, 2.6], [6.4, 7.5], [4.9, 14.5], [4.0, 23], [3.75, 32], [4.0, 41], [4.8, 48],
      [6.1, 53], [6.9, 56.5], [6.6, 59.8], [4.8, 62.6], [2.2, 63.9], [0, 64.2]],
  },
  // prettier-ignore
  proximal: {
    lengthMm: 42, cortexMm: 1.45, plateMm: 4.4,
    half: [[0, 1.3], [3, 0.9], [5.6, -0.1], [6.7, 1.0], [6.7, 3.2], [5.8, 7.2], [4.7, 13], [4.0, 20], [3.75, 27], [3.9, 33],
      [4.7, 37.2], [5.0, 39.6], [4.2, 41.6], [2.4, 42.3], [0, 41.4]],
  },
  // prettier-ignore
  middle: {
    lengthMm: 25, cortexMm: 1.2, plateMm: 3.4,
    half: [[0, 0], [2.4, 0.8], [4.5, 0], [5.4, 0.9], [5.3, 2.8], [4.4, 6.2], [3.6, 11], [3.4, 15.5], [3.6, 19.4], [4.3, 22],
      [4.5, 23.6], [3.6, 24.9], [2, 25.2], [0, 24.5]],
  },
  // prettier-ignore
  distal: {
    lengthMm: 18, cortexMm: 0.75, plateMm: 2.7,
    half: [[0, 0.3], [2.2, 0.6], [3.9, 0], [4.6, 0.9], [4.4, 2.6], [3.3, 5], [2.4, 8], [2.1, 11], [2.5, 13], [3.5, 14.6],
      [3.7, 16.2], [2.7, 17.6], [1.2, 18.2], [0, 18.3]],
  },
};

/** One ray of the hand, thumb first: where its metacarpal stands and how its bones follow. */
export interface Ray {
  readonly base: Row;
  /** Direction of each bone in degrees from straight up, positive toward the thumb; metacarpal first. */
  readonly degrees: readonly number[];
  readonly lengthsMm: readonly number[];
  readonly kinds: readonly LongBoneKind[];
  /** Width against the template. */
  readonly widths: readonly number[];
  /** Radius of the finger's soft tissue at the knuckle and at the tip, mm. */
  readonly fleshMm: Row;
}

const FINGER: readonly LongBoneKind[] = ['metacarpal', 'proximal', 'middle', 'distal'];

// prettier-ignore
export const RAYS: readonly Ray[] = [
  { base: [28.4, 0.4], degrees: [42, 50, 46], lengthsMm: [42.5, 29, 21], kinds: ['metacarpal', 'proximal', 'distal'], widths: [1.06, 1.0, 1.12], fleshMm: [11, 8.2] },
  { base: [14.2, -7.6], degrees: [8.3, 15, 13.5, 10], lengthsMm: [62, 38, 21.5, 15.5], kinds: FINGER, widths: [1.02, 0.98, 0.96, 0.92], fleshMm: [10.2, 6.9] },
  { base: [0.4, -9.6], degrees: [0.7, 0.5, -0.5, -3], lengthsMm: [60, 42, 25, 17], kinds: FINGER, widths: [1.0, 1.0, 1.0, 1.0], fleshMm: [10.4, 7.2] },
  { base: [-11.4, -7.4], degrees: [-7, -9, -9.6, -10], lengthsMm: [54, 39.5, 24, 17], kinds: FINGER, widths: [0.86, 0.92, 0.94, 0.98], fleshMm: [9.8, 6.9] },
  { base: [-20, -4], degrees: [-18, -23, -21, -19], lengthsMm: [49, 31.5, 17, 14.5], kinds: FINGER, widths: [0.9, 0.83, 0.82, 0.84], fleshMm: [8.8, 6.1] },
];

/** Carpal outlines. */
export type CarpalName =
  | 'capitate'
  | 'hamate'
  | 'triquetrum'
  | 'lunate'
  | 'scaphoid'
  | 'trapezium'
  | 'trapezoid'
  | 'pisiform'
  | 'hamateHook';

// prettier-ignore
export const CARPALS: Readonly<Record<CarpalName, readonly Row[]>> = {
  capitate: [[-5.4, -8.6], [-0.4, -9.9], [5.6, -8.4], [6.6, -3], [6.0, 2.4], [5.6, 6.4], [3.2, 9.8], [-0.2, 10.4], [-3.3, 7.6], [-5.3, 2], [-5.8, -3]],
  hamate: [[-19.4, -3.4], [-16.4, -6.8], [-11.5, -8.2], [-7.2, -7.6], [-6.8, -1], [-6.3, 4], [-6.8, 7.4], [-9.4, 7.4], [-13, 3.6], [-17, 0]],
  triquetrum: [[-23.4, 7.4], [-20.4, 3.6], [-16.4, 3.4], [-12.2, 7.6], [-11.2, 11.6], [-13.2, 14.2], [-18.1, 14.6], [-22.6, 12.4]],
  lunate: [[-13.2, 16.6], [-11.4, 12.6], [-8.2, 9.6], [-4.6, 10.8], [-1.6, 12], [1.0, 14], [0.6, 17.6], [-2.4, 19.6], [-7.4, 20.2], [-11.6, 19.2]],
  scaphoid: [[2.6, 16.4], [4.6, 11.8], [7.0, 7.4], [9.4, 4], [13.8, 3], [17.6, 5.4], [18.4, 9.6], [16.6, 12.6], [13, 14.4], [9.2, 17], [5.2, 18.6]],
  trapezium: [[15.6, -3.4], [18.6, -6.6], [22.2, -6.2], [24.2, -1.4], [26, 2.4], [24.4, 6], [20.4, 6], [17, 3]],
  trapezoid: [[7.6, -7], [11.2, -8.2], [15.2, -7.6], [17.2, -4.4], [16.4, 0], [12.6, 2.6], [8.8, 2], [7.4, -2]],
  hamateHook: [[-15.2, -3.6], [-13, -5.2], [-10.8, -4.4], [-10.2, -1.8], [-11.6, 0.6], [-13.8, 0.2]],
  pisiform: [[-23, 8.6], [-20.6, 5.6], [-17.2, 5.4], [-14.8, 8], [-15.2, 11.4], [-18, 13.4], [-21.4, 12.4]],
};

/** The two bones of the forearm. */
export type ForearmName = 'radius' | 'ulna';

/** A forearm bone: outline, shaft axis from the elbow side to the wrist, cortex, growth plate as an ordinate. */
export interface ForearmTemplate {
  readonly outline: readonly Row[];
  readonly axis: { readonly from: Row; readonly to: Row };
  readonly cortexMm: number;
  readonly plateMm: number;
  readonly depthRatio: number;
}

export const FOREARM: Readonly<Record<ForearmName, ForearmTemplate>> = {
  // prettier-ignore
  radius: {
    outline: [[-12.6, 23.4], [-8.6, 22.2], [-3, 22.4], [3, 21], [8.6, 19.2], [13.6, 16.4], [17.2, 14], [19.4, 14.6], [19.9, 18], [18.6, 24],
      [16.2, 31], [13.2, 41], [11, 54], [9.8, 72], [9.8, 95], [11, 130], [12, 190], [-4, 190], [-5, 130], [-5, 95], [-4.7, 72], [-5.4, 54], [-7.6, 42], [-10.8, 33], [-12.8, 28]],
    axis: { from: [3, 190], to: [3, 20] }, cortexMm: 2.7, plateMm: 28.5, depthRatio: 0.72,
  },
  // prettier-ignore
  ulna: {
    outline: [[-15.6, 26], [-17.6, 24.2], [-21, 23.9], [-23.6, 24.4], [-25.4, 21.4], [-27.2, 20], [-28.4, 22], [-28.8, 27], [-27.8, 34], [-26.8, 44],
      [-26.4, 60], [-26.8, 90], [-28, 130], [-29, 190], [-16, 190], [-16.4, 130], [-16.4, 90], [-17, 60], [-17.6, 44], [-16.6, 35], [-15.2, 30]],
    axis: { from: [-22, 190], to: [-22, 22] }, cortexMm: 2.2, plateMm: 29.5, depthRatio: 0.9,
  },
};
