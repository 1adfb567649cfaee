import { type ReactNode, useEffect } from 'react'
import { t } from '~/texts'

/** Page is the frame of each screen: its heading (also the tab's title), what can be done, and the content. */
export function Page({
  title,
  lead,
  badge,
  actions,
  children,
}: {
  title: string
  lead?: ReactNode
  badge?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · ${t.common.appName}`
  }, [title])
  return (
    <div className="page stack">
      <header className="row between">
        <div className="stack tight">
          <div className="row">
            <h1>{title}</h1>
            {badge}
          </div>
          {lead && <p className="quiet">{lead}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
