import { count } from '~/kit/format'
import { t } from '~/texts'
import { Chart } from './Chart'

interface Row {
  branch: string
  students: number
  eligible: number
  registered: number
  present: number
}

/** From light to strong, as the students become fewer. */
const names = ['students', 'eligible', 'registered', 'present'] as const
const words = t.analytics.byBranch
const width = 0.8 / names.length

export default function BranchBars({ rows }: { rows: readonly Row[] }) {
  return (
    <div className="charts-with-legend">
      <Chart
        places={rows.length}
        most={Math.max(0, ...rows.flatMap((row) => names.map((name) => row[name])))}
        level={count}
        named={(n) => rows[n]?.branch ?? ''}
        tip={(n) => rows[n] && <Tip row={rows[n]} />}
      >
        {(top) =>
          rows.map((row, n) =>
            names.map((name, i) => (
              <rect
                key={`${row.branch} ${name}`}
                className={`chart-fill of-${name}`}
                x={n + 0.1 + i * width}
                y={top - row[name]}
                width={width * 0.95}
                height={row[name]}
              />
            )),
          )
        }
      </Chart>
      <div className="chart-legend quiet">
        {names.map((name) => (
          <span key={name}>
            <i className={`chart-fill of-${name}`} />
            {words[name]}
          </span>
        ))}
      </div>
    </div>
  )
}

function Tip({ row }: { row: Row }) {
  return (
    <>
      <strong>{row.branch}</strong>
      {names.map((name) => (
        <div key={name}>
          {words[name]}: {count(row[name])}
        </div>
      ))}
    </>
  )
}
