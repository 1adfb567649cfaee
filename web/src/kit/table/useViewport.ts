import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { narrowWidth, plainRow, tallRow } from './layout'

/** Rows are drawn in steps of so many, so that scrolling by a line mostly draws nothing. */
const step = 4

/** useViewport tells which rows are in sight, and how much room they have. */
export function useViewport(
  scroller: RefObject<HTMLDivElement | null>,
  count: number,
  hasNarrowLine: boolean,
  view: string,
) {
  const [width, setWidth] = useState(0)
  const [first, setFirst] = useState(0)
  const isNarrow = width > 0 && width < narrowWidth
  const rowHeight = isNarrow && hasNarrowLine ? tallRow : plainRow

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    const scrolled = () => {
      const top = Math.floor(element.scrollTop / rowHeight)
      setFirst(Math.max(0, Math.floor(top / step) * step - step))
    }
    const resized = () => setWidth(element.clientWidth)
    resized()
    scrolled()
    const observer = new ResizeObserver(resized)
    observer.observe(element)
    element.addEventListener('scroll', scrolled, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', scrolled)
    }
  }, [scroller, rowHeight])

  const before = useRef(view)
  useLayoutEffect(() => {
    if (before.current === view) return
    before.current = view
    scroller.current?.scrollTo({ top: 0 })
  }, [scroller, view])

  // The window is taller than the table in it: so the rows just below are drawn, too.
  const inSight = Math.ceil(window.innerHeight / rowHeight)
  const start = Math.min(first, Math.max(0, count - inSight))
  return { first: start, last: Math.min(count, start + inSight + 2 * step), width, rowHeight, isNarrow }
}
