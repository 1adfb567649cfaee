import { t } from '~/texts'
import type { Sort, TableColumn } from '../DataTable'
import { Select } from '../Select'

/** SortSelect offers every order where the table has no room for all headings to press. */
export function SortSelect<T>({
  columns,
  sort,
  onSort,
}: {
  columns: readonly TableColumn<T>[]
  sort: Sort | undefined
  onSort: (sort: Sort) => void
}) {
  const options = columns.flatMap(({ id, title, downFirst }) => {
    const up = { id, text: t.common.sortUp(title) }
    const down = { id: `-${id}`, text: t.common.sortDown(title) }
    return downFirst ? [down, up] : [up, down]
  })
  return (
    <div className="table-sort">
      <Select label={t.common.sort} value={sort ?? ''} options={options} onChange={onSort} />
    </div>
  )
}
