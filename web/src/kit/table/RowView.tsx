import { type CSSProperties, memo, type ReactNode } from 'react'
import { t } from '~/texts'
import type { TableColumn } from '../DataTable'
import { ChoiceBox } from './ChoiceBox'

interface RowProps<T> {
  row: T
  index: number
  height: number
  columns: readonly TableColumn<T>[]
  style: CSSProperties
  isCurrent: boolean
  /** undefined: rows cannot be chosen here. */
  isSelected: boolean | undefined
  opens: boolean
  rowText: ((row: T) => string) | undefined
  narrowLine: ((row: T) => ReactNode) | undefined
}

/** The table hears the click on the row's box, as on all of the row. */
const heardAbove = () => {}

function Row<T>({
  row,
  index,
  height,
  columns,
  style,
  isCurrent,
  isSelected,
  opens,
  rowText,
  narrowLine,
}: RowProps<T>) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      {...(isSelected === undefined ? {} : { 'aria-selected': isSelected })}
      className={opens || isSelected !== undefined ? 'table-row drawn opens' : 'table-row drawn'}
      style={{ ...style, top: index * height, height }}
      tabIndex={isCurrent ? 0 : -1}
      data-index={index}
    >
      {isSelected !== undefined && (
        <div role="gridcell" className="check-cell">
          <ChoiceBox
            label={t.common.selectRow(rowText?.(row) ?? String(index + 1))}
            chosen={isSelected ? 'all' : 'none'}
            onChange={heardAbove}
            tabIndex={-1}
          />
        </div>
      )}
      {columns.map(({ id, cell, end }, n) => (
        <div key={id} role={n === 0 ? 'rowheader' : 'gridcell'} className={end ? 'end' : ''}>
          {n === 0 && narrowLine ? (
            <span className="two-lines">
              <span>{cell(row)}</span>
              <span className="quiet">{narrowLine(row)}</span>
            </span>
          ) : (
            cell(row)
          )}
        </div>
      ))}
    </div>
  )
}

export const RowView = memo(Row) as typeof Row

/** SkeletonRow holds the place of a row while the first ones come. */
export function SkeletonRow({
  columns,
  style,
  height,
  hasChoice,
}: {
  columns: readonly { id: string }[]
  style: CSSProperties
  height: number
  hasChoice: boolean
}) {
  return (
    <div role="row" className="table-row" style={{ ...style, height }}>
      {hasChoice && <div role="gridcell" className="check-cell" />}
      {columns.map(({ id }) => (
        <div key={id} role="gridcell">
          <span className="skeleton" />
        </div>
      ))}
    </div>
  )
}
