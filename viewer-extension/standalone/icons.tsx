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
  window:
    'M10 3.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13Zm0 0v13M10 6.500h5M10 10h6.500M10 13.500h5',
  pan: 'M10 3v14M3 10h14M7.800 5.200 10 3l2.200 2.200M7.800 14.800 10 17l2.200-2.200M5.200 7.800 3 10l2.200 2.200M14.800 7.800 17 10l-2.200 2.200',
  length: 'M3.500 12.500 12.500 3.500l4 4-9 9ZM6 10l1.800 1.800M8.500 7.500l1.800 1.800M11 5l1.800 1.800',
  angle: 'M15 4 4 16h12.500M8 11.800a6 6 0 0 1 2.300 4.200',
  clear: 'M4.500 6h11M8 6V4h4v2M6 6l.7 10h6.600L14 6M8.600 9v4.500M11.400 9v4.500',
  actual: 'M5 6.500 6.500 5.500v9M14 6.500l1.500-1v9M10.200 8.200v.1M10.200 12.200v.1',
  compare: 'M3.500 4.500h5.500v11H3.500ZM11 4.500h5.500v11H11Z',
  link: 'M8.400 11.600 11.600 8.400M9 6l1.800-1.800a3.300 3.300 0 0 1 4.700 4.700L13.700 10.700M11 14l-1.800 1.800a3.300 3.300 0 0 1-4.700-4.700L6.300 9.300',
  save: 'M10 3.500v8.500M6.500 8.800 10 12.300l3.500-3.500M4 14v2.500h12V14',
  report: 'M5.500 3h6l3 3v11h-9ZM8 9h4.500M8 12h4.500M8 15h3',
  open: 'M3 6.500V15a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V7.500a1 1 0 0 0-1-1h-6L8.500 4.500H4a1 1 0 0 0-1 1Z',
  print: 'M6 8V3.500h8V8M6 14H4V8h12v6h-2M6 12h8v4.500H6Z',
  sortUp: 'M10 15V5M6 9l4-4 4 4',
  sortDown: 'M10 5v10M6 11l4 4 4-4',
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
