/** What the charts have in common; the colours are the page's own, so that dark mode is theirs, too. */
export const height = 230
export const margin = { top: 8, right: 8, bottom: 0, left: 0 }
export const tick = { fill: 'var(--text-quiet)', fontSize: 12 }
export const line = 'var(--line)'
export const tooltip = {
  contentStyle: {
    background: 'var(--bg-raised)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius)',
    color: 'var(--text)',
    fontSize: 13,
  },
  cursor: { fill: 'var(--bg-hover)', stroke: 'var(--line-strong)' },
  isAnimationActive: false,
} as const
export const axis = { tick, tickLine: false, axisLine: { stroke: line } } as const
export const valueAxis = { tick, tickLine: false, axisLine: false, width: 40, allowDecimals: false } as const
