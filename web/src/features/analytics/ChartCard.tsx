import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Part } from '~/kit/Part'
import { Failed } from '~/kit/States'
import { t } from '~/texts'

export interface FigureColumn<T> {
  title: string
  end?: boolean
  cell: (row: T) => ReactNode
}

/**
 * ChartCard is a chart and the same figures as a table, for who cannot see it or wants the numbers. The table is there from the
 * beginning, closed; the chart is a picture for which the table stands.
 */
export function ChartCard<T>({
  title,
  lead,
  query,
  columns,
  rows,
  rowKey,
  children,
}: {
  title: string
  lead: string
  query: Pick<UseQueryResult, 'error' | 'data' | 'refetch'>
  columns: readonly FigureColumn<T>[]
  rows: readonly T[] | undefined
  rowKey: (row: T) => string | number
  children: (rows: readonly T[]) => ReactNode
}) {
  return (
    <section className="card stack tight chart-card" aria-label={title}>
      <div>
        <h2>{title}</h2>
        <p className="quiet">{lead}</p>
      </div>
      <div className="chart-space">
        {query.error && !rows ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : !rows ? (
          <Waiting />
        ) : rows.length === 0 ? (
          <p className="quiet chart-empty">{t.analytics.empty}</p>
        ) : (
          <Part fallback={<Waiting />}>
            <div aria-hidden="true">{children(rows)}</div>
          </Part>
        )}
      </div>
      <details className={rows?.length ? 'details' : 'details unseen'}>
        <summary>{t.analytics.asTable}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <section className="chart-table" tabIndex={0} aria-label={t.analytics.tableOf(title)}>
          <table className="plain-table">
            <caption className="sr-only">{t.analytics.tableOf(title)}</caption>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.title} scope="col" className={column.end ? 'end' : undefined}>
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows?.map((row) => (
                <tr key={rowKey(row)}>
                  {columns.map((column) => (
                    <td key={column.title} className={column.end ? 'end' : undefined}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </section>
  )
}

function Waiting() {
  return <div className="skeleton chart-waiting" role="status" aria-label={t.common.loading} />
}
