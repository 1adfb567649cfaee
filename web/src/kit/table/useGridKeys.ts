import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef } from 'react'
import { headHeight } from './layout'

interface Grid {
  count: number
  rowHeight: number
  /** The row that the Tab key comes to. */
  current: number
  /** Scrolls just as far as needed. */
  reveal: (index: number) => void
  moveTo: (index: number) => void
  open?: ((index: number) => void) | undefined
  select?: ((index: number, upTo: boolean) => void) | undefined
  selectAll?: ((on: boolean) => void) | undefined
}

const inCells = ':is(a, button, select, [role="radio"], input:not([type="checkbox"])):not([tabindex="-1"], :disabled)'

const controlsOf = (row: Element) => [...row.querySelectorAll<HTMLElement>(inCells)]

/** useGridKeys moves the focus from row to row, and with left and right to the controls in it. It also gives onKeyDown. */
export function useGridKeys(scroller: RefObject<HTMLDivElement | null>, grid: Grid) {
  const wanted = useRef<{ index: number; control: number } | null>(null)
  const focusWanted = () => {
    if (!wanted.current) return
    const { index, control } = wanted.current
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)
    if (!row) return
    wanted.current = null
    const target = controlsOf(row)[control] ?? row
    target.focus({ preventScroll: true })
  }
  // The row may not be drawn yet when it is asked for.
  useLayoutEffect(focusWanted)

  const go = (to: number, control: number) => {
    const index = Math.max(0, Math.min(grid.count - 1, to))
    wanted.current = { index, control }
    grid.reveal(index)
    grid.moveTo(index)
    focusWanted()
    return index
  }

  return (event: KeyboardEvent) => {
    const target = event.target as Element
    if (event.defaultPrevented || !scroller.current?.contains(target) || isTyped(target)) return
    const row = target.closest('[data-index]')
    if (!row) {
      if (event.key === 'ArrowDown' && grid.count > 0) taken(event, () => go(grid.current, -1))
      return
    }
    const controls = controlsOf(row)
    const control = controls.indexOf(target as HTMLElement)
    const onRow = target === row || target.closest('.check-cell') !== null
    const pageful = Math.max(1, Math.floor((scroller.current.clientHeight - headHeight) / grid.rowHeight) - 1)
    const moves: Record<string, number> = {
      ArrowDown: grid.current + 1,
      ArrowUp: grid.current - 1,
      PageDown: grid.current + pageful,
      PageUp: grid.current - pageful,
      Home: 0,
      End: grid.count - 1,
    }
    const to = moves[event.key]
    if (to !== undefined) {
      if (target.ariaHasPopup && event.key.startsWith('Arrow')) return
      taken(event, () => {
        const index = go(to, control)
        if (event.shiftKey) grid.select?.(index, true)
      })
    } else if (event.key === 'ArrowRight') {
      if (control + 1 < controls.length) taken(event, () => go(grid.current, control + 1))
    } else if (event.key === 'ArrowLeft') {
      if (control >= 0) taken(event, () => go(grid.current, control - 1))
    } else if (event.key === 'Enter' && onRow) {
      if (grid.open) taken(event, () => grid.open?.(grid.current))
    } else if (event.key === ' ' && onRow) {
      taken(event, () => grid.select?.(grid.current, event.shiftKey))
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      if (grid.selectAll) taken(event, () => grid.selectAll?.(true))
    }
  }
}

function taken(event: KeyboardEvent, act: () => void) {
  event.preventDefault()
  act()
}

function isTyped(target: Element) {
  return target.matches('textarea, input:not([type="checkbox"], [type="radio"])')
}
