import { type FocusEvent, type MouseEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import type { Key } from 'react-aria-components/Table'
import { t } from '~/texts'
import { Foot, Line } from './table/Foot'
import { Head } from './table/Head'
import { headHeight, template } from './table/layout'
import { RowView, SkeletonRow } from './table/RowView'
import { SortSelect } from './table/SortSelect'
import { choose, chosenOf } from './table/selecting'
import { useGridKeys } from './table/useGridKeys'
import { useMore } from './table/useMore'
import { useRows } from './table/useRows'
import './table.css'

export type { Key }

export interface TableColumn<T> {
  id: string
  title: string
  width?: number | `${number}fr` | undefined
  minWidth?: number
  /** The server can sort by it: the id is the name that it is asked with. */
  sortable?: boolean
  /** The first press sorts downwards: for what is read from the top, such as marks. */
  downFirst?: boolean
  /** Numbers stand at the end of their cell. */
  end?: boolean
  /** The column is left out while the table is narrower than this many pixels. */
  hideBelow?: number
  cell: (row: T) => ReactNode
}

/** A sort as the API writes it: `cgpa`, or `-cgpa` for downwards. */
export type Sort = string

export interface DataTableProps<T extends object> {
  label: string
  columns: readonly TableColumn<T>[]
  rows: readonly T[]
  rowId: (row: T) => number | string
  /** The words by which a row is known, for screen readers. */
  rowText?: (row: T) => string
  /** A second line in the first column, shown where the table is narrow and columns are left out. */
  narrowLine?: (row: T) => ReactNode
  sort?: Sort | undefined
  onSort?: (sort: Sort) => void
  selected?: ReadonlySet<Key>
  onSelect?: (selected: Set<Key>) => void
  /** What the box in the header does, where not all rows are loaded; without it, it takes the loaded rows. */
  onSelectAll?: (on: boolean) => void
  onOpen?: (row: T) => void
  onMore?: (() => void) | undefined
  isLoadingMore?: boolean
  /** The next rows could not be loaded: the end of the table offers to try again. */
  failedMore?: boolean
  /** How many rows there are in all, where that is known. */
  total?: number | null
  /** Nothing is known yet: the place of the rows is held. */
  isLoading?: boolean
  /** The rows are those of before, while others are being fetched. */
  isStale?: boolean
  /** What is listed (filter and sort, say); when it changes the table begins at its top again. */
  view?: string
  empty?: ReactNode
  height?: string
}

const skeletons = Array.from({ length: 8 }, (_, n) => n)

/**
 * DataTable draws only the rows in sight, however many there are, and asks for more when the end comes near. Arrow keys move
 * through it; Enter opens a row, Space selects it, with Shift all since the last. Controls in cells are reached with the
 * right arrow.
 */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { label, rows, rowId, selected, onSelect, onSelectAll, onOpen, narrowLine } = props
  const scroller = useRef<HTMLDivElement>(null)
  const anchor = useRef(0)
  const [active, setActive] = useState(0)
  const view = `${props.view ?? ''} ${props.sort ?? ''}`
  // A row that has gone must not leave the table without a row for the Tab key.
  const current = Math.min(active, Math.max(0, rows.length - 1))
  const { drawn, last, width, rowHeight, isNarrow, reveal } = useRows(scroller, {
    count: rows.length,
    hasNarrowLine: !!narrowLine,
    current,
    view,
  })
  useMore({
    end: `${view} ${rows.length}`,
    last,
    count: rows.length,
    isPaused: !!(props.isLoadingMore || props.isStale || props.failedMore),
    onMore: props.onMore,
  })

  const columns = useMemo(
    () => props.columns.filter(({ hideBelow }) => !hideBelow || width === 0 || width >= hideBelow),
    [props.columns, width],
  )
  const sortable = props.columns.filter((column) => column.sortable)
  const hasHiddenSort = sortable.some((column) => !columns.includes(column))
  const hasChoice = !!onSelect
  const { style, minWidth } = useMemo(() => template(columns, hasChoice), [columns, hasChoice])

  const select = (index: number, upTo: boolean) => {
    onSelect?.(choose(rows, rowId, selected, upTo ? anchor.current : index, index))
    anchor.current = index
  }
  const all = useMemo(() => chosenOf(rows, rowId, selected), [rows, rowId, selected])
  const selectAll = (on: boolean) => {
    if (onSelectAll) onSelectAll(on)
    else onSelect?.(on ? new Set([...(selected ?? []), ...rows.map(rowId)]) : new Set())
  }
  const open = (index: number) => {
    const row = rows[index]
    if (row) onOpen?.(row)
  }

  const onKeyDown = useGridKeys(scroller, {
    count: rows.length,
    rowHeight,
    current,
    reveal,
    moveTo: setActive,
    open: onOpen && open,
    select: onSelect && select,
    selectAll: onSelect && selectAll,
  })
  const onClick = (event: MouseEvent) => {
    const at = pressed(event.target as Element)
    if (!at) return
    if (onSelect && (at.isChoice || !onOpen)) select(at.index, event.shiftKey)
    else open(at.index)
  }
  const onFocus = (event: FocusEvent) => {
    const row = (event.target as Element).closest('[data-index]')
    if (row) setActive(indexOf(row))
  }

  const grid = (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={(props.total ?? rows.length) + 1}
      aria-multiselectable={hasChoice ? true : undefined}
      aria-busy={!!(props.isLoading || props.isStale)}
      className={isNarrow ? 'data-table narrow' : 'data-table'}
      style={{ maxHeight: props.height ?? 'min(70vh, 44rem)' }}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="table-head" style={{ minWidth, height: headHeight }}>
        <Head
          columns={columns}
          style={style}
          sort={props.sort}
          onSort={props.onSort}
          all={all}
          onAll={onSelect && selectAll}
        />
      </div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the table */}
      <div
        role="rowgroup"
        className={props.isStale ? 'table-body stale' : 'table-body'}
        style={{ minWidth, ...(rows.length > 0 ? { height: rows.length * rowHeight } : {}) }}
        onClick={onClick}
        onFocus={onFocus}
      >
        {drawn.map((index) => {
          const row = rows[index]
          if (!row) return null
          const id = rowId(row)
          return (
            <RowView
              key={id}
              row={row}
              index={index}
              height={rowHeight}
              columns={columns}
              style={style}
              isCurrent={index === current}
              isSelected={onSelect ? !!selected?.has(id) : undefined}
              opens={!!onOpen}
              rowText={props.rowText}
              narrowLine={isNarrow ? narrowLine : undefined}
            />
          )
        })}
        {rows.length === 0 &&
          (props.isLoading ? (
            skeletons.map((n) => (
              <SkeletonRow key={n} columns={columns} style={style} height={rowHeight} hasChoice={hasChoice} />
            ))
          ) : (
            <Line className="table-empty">{props.empty ?? t.common.nothing}</Line>
          ))}
      </div>
      <Foot onMore={rows.length > 0 ? props.onMore : undefined} failed={!!props.failedMore} />
    </div>
  )
  return (
    <>
      {props.onSort && hasHiddenSort && <SortSelect columns={sortable} sort={props.sort} onSort={props.onSort} />}
      {grid}
    </>
  )
}

const indexOf = (row: Element) => Number(row.getAttribute('data-index'))

/** pressed tells which row a press means; a control in a cell means itself. */
function pressed(target: Element): { index: number; isChoice: boolean } | null {
  const row = target.closest('[data-index]')
  const isChoice = target.closest('.check-cell') !== null
  if (!row || (!isChoice && target.closest('a, button, input, select, textarea, label'))) return null
  if (!isChoice && getSelection()?.type === 'Range') return null
  return { index: indexOf(row), isChoice }
}
