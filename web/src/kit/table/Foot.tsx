import type { ReactNode } from 'react'
import { t } from '~/texts'
import { Button } from '../Button'

/** Line is a row of one cell: what the table says in place of rows. */
export function Line({ className, children }: { className: string; children: ReactNode }) {
  return (
    <div role="row" className={className}>
      <div role="gridcell">{children}</div>
    </div>
  )
}

/** Foot is the end of the loaded rows while more are to come. */
export function Foot({ onMore, failed }: { onMore: (() => void) | undefined; failed: boolean }) {
  if (!onMore) return null
  return (
    <div role="rowgroup">
      <Line className="table-more">
        {failed ? (
          <>
            {t.common.moreFailed} <Button onPress={onMore}>{t.common.retry}</Button>
          </>
        ) : (
          t.common.loading
        )}
      </Line>
    </div>
  )
}
