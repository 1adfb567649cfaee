import { useCallback } from 'react'
import { useSearchParams } from 'wouter'

/**
 * useUrlState keeps what a page is set to in its address, so that it can be left, come back to and sent to somebody. An empty
 * value leaves the address. A change replaces the entry in the history: Back leads to the page before, not to each letter typed.
 */
export function useUrlState() {
  const [search, setSearch] = useSearchParams()
  const get = useCallback((name: string) => search.get(name) ?? '', [search])
  const set = useCallback(
    (values: Record<string, string | number | null>) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before)
          for (const [name, value] of Object.entries(values)) {
            if (value === null || value === '') next.delete(name)
            else next.set(name, String(value))
          }
          return next
        },
        { replace: true },
      ),
    [setSearch],
  )
  return { get, set }
}
