/**
 * The value representations there are. PS3.5 Table 6.2-1.
 */

const VALUE_REPRESENTATIONS: ReadonlySet<string> = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(
    ' ',
  ),
);

/** True for the two letters of a VR. */
export function isValueRepresentation(text: string): boolean {
  return VALUE_REPRESENTATIONS.has(text);
}
