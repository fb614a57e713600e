/** Drawings of 16 × 16, lines only, in the colour of the text. */
const PATHS = {
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4.5 4.5l7 7m0-7l-7 7',
  clock: 'M8 4.5V8l2.5 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z',
  ban: 'M3.8 3.8l8.4 8.4M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z',
  pause: 'M6 4v8m4-8v8',
  play: 'M5.5 3.5l7 4.5-7 4.5z',
  plus: 'M8 3.5v9m-4.5-4.5h9',
  copy: 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7',
  menu: 'M2.5 4.5h11m-11 3.5h11m-11 3.5h11',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  retry: 'M13 8a5 5 0 1 1-1.5-3.5M13 2.5v3h-3',
  send: 'M13.5 2.5L7 9m6.5-6.5l-4 11L7 9 2.5 6.5z',
  back: 'M9.5 3.5L5 8l4.5 4.5',
  next: 'M6.5 3.5L11 8l-4.5 4.5',
  down: 'M4 6.5l4 4 4-4',
  warning: 'M8 6v3.5m0 2v.01M8 2.5l6 11H2z',
  info: 'M8 7.5V11m0-6v.01M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z',
  endpoint: 'M6 10l4-4M5.5 7L4 8.5a2.5 2.5 0 0 0 3.5 3.5L9 10.5M10.5 9L12 7.5A2.5 2.5 0 0 0 8.5 4L7 5.5',
  list: 'M5.5 4.5h8m-8 3.5h8m-8 3.5h8M2.5 4.5h.01m-.01 3.5h.01m-.01 3.5h.01',
  test: 'M6.5 2.5v4L3 12.5a.7.7 0 0 0 .6 1h8.8a.7.7 0 0 0 .6-1L9.5 6.5v-4M5.5 2.5h5M4.8 9.5h6.400',
  book: 'M3 3.5h3.5A1.5 1.5 0 0 1 8 5v8a1.5 1.5 0 0 0-1.5-1.5H3zM13 3.5H9.5A1.5 1.5 0 0 0 8 5v8a1.5 1.5 0 0 1 1.5-1.5H13z',
  activity: 'M2 8.5h3L6.5 4l3 8.5L11 8.5h3',
  search: 'M10.5 10.5l3 3M12 7A5 5 0 1 1 2 7a5 5 0 0 1 10 0z',
  external: 'M9 3h4v4m0-4L7.5 8.5M11.5 9.5v3.5h-8.5v-8.5h3.5',
  person: 'M10.5 5.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM3 13.5c.5-2.5 2.300-4 5-4s4.5 1.5 5 4',
  building: 'M3.5 13.5v-11h6v11M9.5 6.5h3v7M2.5 13.5h11M6 5.5h1M6 8h1M6 10.5h1',
  key: 'M7.5 8.5l5.5-5.5m-2 2l1.5 1.5M8 10.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  inbound: 'M8 2.5v7m-3-3l3 3 3-3M2.5 10v3.5h11V10',
  chart: 'M3 13V8m3.5 5V4M10 13V6.5m3.5 6.5V3',
  contrast: 'M8 2a6 6 0 0 1 0 12zM8 3.5a4.5 4.5 0 0 1 0 9zM8 5a3 3 0 0 1 0 6zM14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z',
  shield: 'M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z',
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside a text that says the same; screen readers pass it over. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
