import { defaultRangeExtractor, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { headHeight, narrowWidth, plainRow, tallRow } from './layout'

/** Rows that are drawn above and below those in sight. */
const overscan = 6

interface Rows {
  count: number
  hasNarrowLine: boolean
  /** The row that the Tab key comes to: it is drawn wherever it is, since it must not lose the focus by scrolling. */
  current: number
  /** What is listed; when it changes, the rows begin at the top. */
  view: string
}

/** useRows tells which rows are to be drawn, how much room they have, and reveals one. */
export function useRows(scroller: RefObject<HTMLDivElement | null>, { count, hasNarrowLine, current, view }: Rows) {
  const [width, setWidth] = useState(0)
  const isNarrow = width > 0 && width < narrowWidth
  const rowHeight = isNarrow && hasNarrowLine ? tallRow : plainRow
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    rangeExtractor: (range) => withCurrent(defaultRangeExtractor(range), current),
    // The head is scrolled with the rows, and stays over the first of them.
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    observeElementRect: (instance, told) =>
      observeRoom(instance, (room) =>
        flushSync(() => {
          setWidth(room.width)
          told(room)
        }),
      ),
  })

  const height = useRef(rowHeight)
  const listed = useRef(view)
  useLayoutEffect(() => {
    if (height.current !== rowHeight) virtualizer.measure()
    height.current = rowHeight
  }, [virtualizer, rowHeight])
  useLayoutEffect(() => {
    if (listed.current !== view) virtualizer.scrollToOffset(0)
    listed.current = view
  }, [virtualizer, view])

  const drawn = virtualizer.getVirtualItems().map(({ index }) => index)
  const last = (virtualizer.range?.endIndex ?? 0) + 1
  const reveal = (index: number) => virtualizer.scrollToIndex(index, { align: 'auto' })
  return { drawn, last, width, rowHeight, isNarrow, reveal }
}

function withCurrent(indexes: number[], current: number): number[] {
  if (indexes.length === 0 || indexes.includes(current)) return indexes
  return current < (indexes[0] ?? 0) ? [current, ...indexes] : [...indexes, current]
}

/**
 * observeRoom tells what is inside the borders and scrollbars: with them, the last row that is revealed would be cut. The observer tells
 * it the first time, too, before anything is painted; to ask at once would lay out the page twice.
 */
function observeRoom(
  { scrollElement }: Virtualizer<HTMLDivElement, HTMLElement>,
  told: (room: { width: number; height: number }) => void,
) {
  if (!scrollElement) return
  const observer = new ResizeObserver(() =>
    told({ width: scrollElement.clientWidth, height: scrollElement.clientHeight }),
  )
  observer.observe(scrollElement)
  return () => observer.disconnect()
}
