import { useEffect, useLayoutEffect, useRef } from 'react'

/** useTop begins a page at its top, as a browser does with a link; Back and Forward keep the place that the browser remembers. */
export function useTop(path: string) {
  const returnedTo = useRef(location.pathname)
  useEffect(() => {
    const returned = () => {
      returnedTo.current = location.pathname
    }
    // Heard before the page changes by it.
    window.addEventListener('popstate', returned, true)
    return () => window.removeEventListener('popstate', returned, true)
  }, [])
  const page = path.replace(/^\/students\/.*/, '/students') // a student opens over the list, which stays where it is
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page begins at its top
  useLayoutEffect(() => {
    if (returnedTo.current !== location.pathname) window.scrollTo(0, 0)
    returnedTo.current = ''
  }, [page])
}
