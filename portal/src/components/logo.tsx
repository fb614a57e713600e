/** Waybill's sign. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M7 10.5l4.2 11 4.8-11 4.8 11 4.2-11" />
    </svg>
  );
}
