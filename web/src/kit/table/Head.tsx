import { ArrowDown, ArrowUp } from 'lucide-react'
import type { CSSProperties } from 'react'
import { t } from '~/texts'
import type { Sort, TableColumn } from '../DataTable'
import { ChoiceBox } from './ChoiceBox'
import type { Chosen } from './selecting'

export function Head<T>({
  columns,
  style,
  sort,
  onSort,
  all,
  onAll,
}: {
  columns: readonly TableColumn<T>[]
  style: CSSProperties
  sort: Sort | undefined
  onSort: ((sort: Sort) => void) | undefined
  all: Chosen
  onAll: ((on: boolean) => void) | undefined
}) {
  return (
    <div role="row" aria-rowindex={1} className="table-row" style={style}>
      {onAll && (
        <div role="columnheader" className="check-cell">
          <ChoiceBox label={t.common.selectAll} chosen={all} onChange={() => onAll(all !== 'all')} tabIndex={0} />
        </div>
      )}
      {columns.map((column) => (
        <Title key={column.id} column={column} sort={sort} onSort={column.sortable ? onSort : undefined} />
      ))}
    </div>
  )
}

function Title<T>({
  column: { id, title, end, downFirst },
  sort,
  onSort,
}: {
  column: TableColumn<T>
  sort: Sort | undefined
  onSort: ((sort: Sort) => void) | undefined
}) {
  const isUp = sort === id
  const isDown = sort === `-${id}`
  const next = isUp || (downFirst && !isDown) ? `-${id}` : id
  const className = end ? 'end' : ''
  if (!onSort) {
    return (
      <div role="columnheader" className={className}>
        {title}
      </div>
    )
  }
  return (
    <div role="columnheader" className={className} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <button type="button" className="column-title" onClick={() => onSort(next)}>
        {title}
        {isUp && <ArrowUp size={13} aria-hidden="true" />}
        {isDown && <ArrowDown size={13} aria-hidden="true" />}
      </button>
    </div>
  )
}
