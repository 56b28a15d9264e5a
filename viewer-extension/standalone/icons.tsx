/**
 * The few signs of the page, drawn on a 20 × 20 grid in the colour of the text around them.
 */
const PATHS = {
  back: 'M12 4.5 6.5 10l5.5 5.5',
  forward: 'M8 4.5 13.5 10 8 15.5',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12Zm4.3-1.7L17 17',
  overlay:
    'M3 6V4a1 1 0 0 1 1-1h2M14 3h2a1 1 0 0 1 1 1v2M17 14v2a1 1 0 0 1-1 1h-2M6 17H4a1 1 0 0 1-1-1v-2M7 10l2 2.2L13.2 8',
  invert: 'M10 3a7 7 0 1 0 0 14V3Zm0 0a7 7 0 0 1 0 14',
  rotate: 'M16 10a6 6 0 1 1-2-4.5M16.5 3v3.5H13',
  fit: 'M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4',
  plus: 'M10 4.5v11M4.5 10h11',
  minus: 'M4.5 10h11',
  heat: 'M10.5 3c2.6 2.6 4.5 4.8 4.5 8a5 5 0 0 1-10 0c0-1.9 1.1-2.9 1.8-4.6 1.3.9 1.9 1.8 2 3.1 1.3-1.6 2-3.6 1.700-6.5Z',
  close: 'm5 5 10 10M15 5 5 15',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: an osteon, the rings that bone is made of. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="3.2" stroke-width="2.6" />
      <circle cx="16" cy="16" r="8" stroke-width="1.8" />
      <circle cx="16" cy="16" r="13" stroke-width="1.4" stroke-dasharray="3.4 2.7" />
    </svg>
  );
}
