/**
 * Specific Character Set (0008,0005) → Unicode. PS3.5 6.1, PS3.3 C.12.1.1.2, PS3.2 Annex D tables of defined terms.
 *
 * With code extensions (ISO 2022) escape sequences change G0 and G1 until the end of the line, value or, in PN, the
 * component; then value 1 of Specific Character Set holds again (PS3.5 6.1.2.5.3).
 * Trap: in a two-byte set, and in GBK and GB18030, a byte 5C is half a character: decode first, split at `\` afterwards.
 */

/** Turns the bytes of one element into text. `isPersonName` adds `^` and `=` to the delimiters that reset the sets. */
export type TextReader = (bytes: Uint8Array, isPersonName: boolean) => string;

/** How the bytes of a set reach `TextDecoder`: one byte a character, or two with the high bits set as EUC has them. */
interface CodeSet {
  readonly label: string;
  readonly width: 1 | 2;
  /** Byte that EUC puts before the pair (JIS X 0212). */
  readonly lead?: number;
}

interface CodeState {
  readonly g0: CodeSet;
  readonly g1: CodeSet;
}

const ESCAPE = 0x1b;
/** Default repertoire. High bytes in it are not allowed; where they occur they are nearly always Latin-1. */
const ASCII: CodeSet = { label: 'windows-1252', width: 1 };
const JIS_X_0201: CodeSet = { label: 'shift_jis', width: 1 };
const JIS_X_0208: CodeSet = { label: 'euc-jp', width: 2 };
const JIS_X_0212: CodeSet = { label: 'euc-jp', width: 2, lead: 0x8f };
const KS_X_1001: CodeSet = { label: 'euc-kr', width: 2 };
const GB_2312: CodeSet = { label: 'gbk', width: 2 };

/** Registration number → set, as value 1 designates it to G1. PS3.3 Tables C.12-2 and C.12-3. */
const SINGLE_BYTE: Readonly<Record<string, CodeSet>> = {
  6: ASCII,
  100: ASCII,
  101: { label: 'iso-8859-2', width: 1 },
  109: { label: 'iso-8859-3', width: 1 },
  110: { label: 'iso-8859-4', width: 1 },
  144: { label: 'iso-8859-5', width: 1 },
  127: { label: 'iso-8859-6', width: 1 },
  126: { label: 'iso-8859-7', width: 1 },
  138: { label: 'iso-8859-8', width: 1 },
  148: { label: 'iso-8859-9', width: 1 },
  203: { label: 'iso-8859-15', width: 1 },
  166: { label: 'windows-874', width: 1 },
  13: JIS_X_0201,
};

/** Sets without code extensions whose decoder takes the bytes as they are. PS3.3 Table C.12-5. */
const WHOLE: Readonly<Record<string, string>> = { 192: 'utf-8', GB18030: 'gb18030', GBK: 'gbk' };

/** Escape sequence behind ESC → what it designates. PS3.3 Tables C.12-3 and C.12-4. */
const ESCAPES: readonly (readonly [sequence: string, designation: Partial<CodeState>])[] = [
  ['$)C', { g1: KS_X_1001 }],
  ['$)A', { g1: GB_2312 }],
  ['$(D', { g0: JIS_X_0212 }],
  ['$B', { g0: JIS_X_0208 }],
  ['$@', { g0: JIS_X_0208 }],
  ['(B', { g0: ASCII }],
  ['(J', { g0: JIS_X_0201 }],
  [')I', { g1: JIS_X_0201 }],
  ...Object.entries({
    A: 100,
    B: 101,
    C: 109,
    D: 110,
    L: 144,
    G: 127,
    F: 126,
    H: 138,
    M: 148,
    b: 203,
    T: 166,
  }).map(([final, registration]) => [`-${final}`, { g1: SINGLE_BYTE[registration] ?? ASCII }] as const),
];

/** The reader for the values of Specific Character Set; none means the default repertoire. Unknown terms are read as the default repertoire: a name with odd letters is better than none. */
export function textReaderFor(terms: readonly string[]): TextReader {
  const first = registrationOf(terms[0] ?? '');
  const whole = WHOLE[first];
  if (whole !== undefined) {
    const decoder = new TextDecoder(whole);
    return (bytes) => decoder.decode(bytes);
  }
  const initial: CodeState = { g0: first === '13' ? JIS_X_0201 : ASCII, g1: SINGLE_BYTE[first] ?? ASCII };
  return (bytes, isPersonName) => decodeWithExtensions(bytes, initial, isPersonName);
}

/** `ISO 2022 IR 87`, `ISO_IR 87` and sloppy spellings of them → `87`; other terms unchanged. */
function registrationOf(term: string): string {
  const text = term.trim().toUpperCase();
  return /^ISO[ _-]?(?:2022[ _-]?)?IR[ _-]?(\d+)$/.exec(text)?.[1] ?? text;
}

function decodeWithExtensions(bytes: Uint8Array, initial: CodeState, isPersonName: boolean): string {
  const runs = new RunDecoder();
  let state = initial;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte === ESCAPE) {
      const escape = escapeAt(bytes, at + 1);
      state = { ...state, ...escape?.designation };
      at += 1 + (escape?.length ?? 0);
      continue;
    }
    const set = byte < 0x80 ? state.g0 : state.g1;
    if (byte <= 0x20 || set.width === 1) {
      runs.add(byte <= 0x20 ? ASCII : set, byte);
      at += 1;
      if (byte < 0x80 && isDelimiter(byte, isPersonName)) state = initial;
      continue;
    }
    runs.add(set, byte | 0x80, (bytes[at + 1] ?? 0) | 0x80);
    at += 2;
  }
  return runs.finish();
}

function escapeAt(
  bytes: Uint8Array,
  at: number,
): { readonly designation: Partial<CodeState>; readonly length: number } | undefined {
  const next = String.fromCharCode(...bytes.subarray(at, at + 3));
  const found = ESCAPES.find(([sequence]) => next.startsWith(sequence));
  return found && { designation: found[1], length: found[0].length };
}

/** Tab, line feed, form feed, carriage return, backslash; `^` and `=` in a person name. PS3.5 6.1.2.5.3. */
function isDelimiter(byte: number, isPersonName: boolean): boolean {
  return (
    (byte >= 0x09 && byte <= 0x0d) || byte === 0x5c || (isPersonName && (byte === 0x5e || byte === 0x3d))
  );
}

/** Gathers bytes of the same set and decodes them together. */
class RunDecoder {
  private text = '';
  private run: number[] = [];
  private label = '';

  add(set: CodeSet, ...bytes: readonly number[]): void {
    if (set.label !== this.label) this.flush(set.label);
    if (set.lead !== undefined) this.run.push(set.lead);
    this.run.push(...bytes);
  }

  finish(): string {
    this.flush('');
    return this.text;
  }

  private flush(next: string): void {
    if (this.run.length > 0) this.text += new TextDecoder(this.label).decode(Uint8Array.from(this.run));
    this.run = [];
    this.label = next;
  }
}
