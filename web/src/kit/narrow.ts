import { useSyncExternalStore } from 'react'

const narrow = window.matchMedia('(max-width: 48rem)')

function subscribe(listener: () => void) {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}

/** useNarrow is true on a phone, for what CSS cannot say: which columns a table has. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches)
}
