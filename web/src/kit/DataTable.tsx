import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { Collection } from 'react-aria-components/Collection'
import {
  Cell,
  Column,
  type Key,
  Row,
  type Selection,
  Table,
  TableBody,
  TableHeader,
  TableLoadMoreItem,
} from 'react-aria-components/Table'
import { TableLayout, Virtualizer } from 'react-aria-components/Virtualizer'
import { t } from '~/texts'
import { Checkbox } from './Checkbox'
import './table.css'

export interface TableColumn<T> {
  id: string
  title: string
  width?: number | `${number}fr` | undefined
  minWidth?: number
  /** The server can sort by it: the id is the name that it is asked with. */
  sortable?: boolean
  /** Numbers stand at the end of their cell. */
  end?: boolean
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
  sort?: Sort | undefined
  onSort?: (sort: Sort) => void
  selected?: ReadonlySet<Key>
  onSelect?: (selected: Set<Key>) => void
  onOpen?: (row: T) => void
  onMore?: (() => void) | undefined
  isLoadingMore?: boolean
  empty?: ReactNode
  height?: string
}

/**
 * DataTable draws only the rows in sight, however many there are, and asks for more when the end comes near. Arrow keys move
 * through it; Enter opens a row, Space selects it.
 */
export function DataTable<T extends object>({
  label,
  columns,
  rows,
  rowId,
  rowText,
  sort,
  onSort,
  selected,
  onSelect,
  onOpen,
  onMore,
  isLoadingMore,
  empty,
  height,
}: DataTableProps<T>) {
  const downwards = sort?.startsWith('-')
  const select = (keys: Selection) => onSelect?.(keys === 'all' ? new Set(rows.map(rowId)) : new Set(keys))
  return (
    <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight: 40, headingHeight: 36, loaderHeight: 40 }}>
      <Table
        aria-label={label}
        className="data-table"
        style={{ height: height ?? 'min(70vh, 44rem)' }}
        selectionMode={onSelect ? 'multiple' : 'none'}
        selectedKeys={(selected as Set<Key>) ?? new Set()}
        onSelectionChange={select}
        {...(sort
          ? { sortDescriptor: { column: sort.replace('-', ''), direction: downwards ? 'descending' : 'ascending' } }
          : {})}
        onSortChange={({ column, direction }) => onSort?.(direction === 'descending' ? `-${column}` : String(column))}
        {...(onOpen
          ? {
              onRowAction: (key: Key) => {
                const row = rows.find((r) => String(rowId(r)) === String(key))
                if (row) onOpen(row)
              },
            }
          : {})}
      >
        <TableHeader>
          {onSelect && (
            <Column id="select" width={44} minWidth={44} className="check-cell">
              <Checkbox slot="selection" />
            </Column>
          )}
          <Collection items={columns}>
            {({ id, title, width, minWidth, sortable, end }) => (
              <Column
                id={id}
                isRowHeader={id === columns[0]?.id}
                allowsSorting={!!sortable && !!onSort}
                width={width ?? '1fr'}
                minWidth={minWidth ?? 90}
                className={end ? 'end' : ''}
              >
                {({ sortDirection }) => (
                  <span className="column-title">
                    {title}
                    {sortDirection === 'ascending' && <ArrowUp size={13} aria-hidden="true" />}
                    {sortDirection === 'descending' && <ArrowDown size={13} aria-hidden="true" />}
                  </span>
                )}
              </Column>
            )}
          </Collection>
        </TableHeader>
        <TableBody renderEmptyState={() => <div className="table-empty">{empty ?? t.common.nothing}</div>}>
          <Collection items={rows} dependencies={[columns]}>
            {(row) => (
              <Row id={rowId(row)} {...(rowText ? { textValue: rowText(row) } : {})} className={onOpen ? 'opens' : ''}>
                {onSelect && (
                  <Cell className="check-cell">
                    <Checkbox slot="selection" />
                  </Cell>
                )}
                <Collection items={columns}>
                  {({ cell, end }) => <Cell className={end ? 'end' : ''}>{cell(row)}</Cell>}
                </Collection>
              </Row>
            )}
          </Collection>
          {onMore && (
            <TableLoadMoreItem onLoadMore={onMore} isLoading={!!isLoadingMore} className="table-more">
              {t.common.loading}
            </TableLoadMoreItem>
          )}
        </TableBody>
      </Table>
    </Virtualizer>
  )
}
