import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { count } from '~/kit/format'
import { t } from '~/texts'
import type { Around } from './around'
import { columnName } from './faults'
import type { Fault } from './queries'
import { sheetOf } from './readSheet'

const words = t.imports.mend

/** SheetView shows the cell where it stands: the headings, the rows around it, and what is wrong with it. */
export function SheetView({ fault, sheet }: { fault: Fault; sheet: File | null }) {
  const { data: found } = useQuery({
    queryKey: ['sheet-around', sheet?.name, sheet?.lastModified, sheet?.size, fault],
    queryFn: async () => ({ fault, view: sheet ? await sheetOf(sheet).around(fault) : null }),
    enabled: !!sheet,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })
  return (
    <div className="card stack tight sheet">
      <p className="sheet-fault" aria-live="polite">
        <strong>
          {fault.line ? `${words.line} ${count(fault.line)}` : words.file}
          {fault.column && ` · ${columnName(fault.column)}`}
        </strong>
        <span>
          <code>{fault.value || words.empty}</code> {fault.message}
        </span>
      </p>
      {found?.view ? <Rows view={found.view} fault={found.fault} /> : <p className="quiet">{words.noSheet}</p>}
    </div>
  )
}

function Rows({ view, fault }: { view: Around; fault: Fault }) {
  const cell = useRef<HTMLTableCellElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another fault is another cell to come into sight
  useEffect(() => {
    cell.current?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [fault])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="scroll-x" tabIndex={0} aria-label={words.sheet(fault.line)}>
      <table className="grid">
        <thead>
          <tr>
            <th scope="col">{words.line}</th>
            {view.header.map((heading, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
              <th key={i} scope="col" className={i === view.column ? 'here' : undefined}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.rows.map(({ line, cells }) => (
            <tr key={line} className={line === fault.line ? 'here' : undefined}>
              <th scope="row" className="num">
                {line}
              </th>
              {view.header.map((_, i) => {
                const isIt = line === fault.line && i === view.column
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                  <td key={i} ref={isIt ? cell : undefined} className={isIt ? 'wrong' : undefined}>
                    {cells[i] ?? ''}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
