import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { Confirm } from '~/kit/Dialog'
import { t } from '~/texts'

const root = '/app'

/**
 * LeaveGuard asks before unsaved changes are left: by a link of the console, or by closing the tab (then the browser asks, in
 * its own words).
 */
export function LeaveGuard({ isDirty, text }: { isDirty: boolean; text: string }) {
  const [wanted, setWanted] = useState<string | null>(null)
  const [, go] = useLocation()
  useEffect(() => {
    if (!isDirty) return
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null
      if (!link || link.target || link.hasAttribute('download') || event.metaKey || event.ctrlKey) return
      if (link.origin !== location.origin || !link.pathname.startsWith(`${root}/`)) return
      if (link.pathname === location.pathname) return
      event.preventDefault()
      event.stopPropagation()
      setWanted(link.pathname.slice(root.length) + link.search)
    }
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault()
    document.addEventListener('click', onClick, true)
    window.addEventListener('beforeunload', onUnload)
    return () => {
      document.removeEventListener('click', onClick, true)
      window.removeEventListener('beforeunload', onUnload)
    }
  }, [isDirty])
  return (
    <Confirm
      title={t.drives.form.leaveTitle}
      action={t.drives.form.leave}
      isOpen={wanted !== null}
      onConfirm={() => wanted !== null && go(wanted)}
      onClose={() => setWanted(null)}
    >
      <p>{text}</p>
    </Confirm>
  )
}
