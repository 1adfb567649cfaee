import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button'
import { Link } from 'wouter'

type Look = { look?: 'primary' | 'plain' | undefined; danger?: boolean | undefined; icon?: boolean | undefined }

function classes({ look, danger, icon }: Look) {
  return ['button', look, danger && 'danger', icon && 'icon'].filter(Boolean).join(' ')
}

export type ButtonProps = Look & Omit<AriaButtonProps, 'className' | 'children'> & { children: ReactNode }

/**
 * Button waits visibly while isPending, keeps its width and its place in the order of the keyboard. An icon button needs aria-label.
 * react-aria's own way of waiting also reads the button out by its id, which points to nothing once another has taken its place.
 */
export function Button({ look, danger, icon, isPending, type, onPress, children, ...props }: ButtonProps) {
  return (
    <AriaButton
      {...props}
      {...(isPending
        ? { 'aria-disabled': true, type: 'button' } // so that Enter in a field does not send a form twice
        : { type, onPress })}
      className={`${classes({ look, danger, icon })}${isPending ? ' pending' : ''}`}
    >
      <span className="button-content">{children}</span>
      {isPending && <span className="spinner" aria-hidden="true" />}
    </AriaButton>
  )
}

/** LinkButton leads to a page of the console and looks like a button. */
export function LinkButton({ to, children, ...look }: Look & { to: string; children: ReactNode }) {
  return (
    <Link href={to} className={classes(look)}>
      {children}
    </Link>
  )
}

/** DownloadButton lets the browser fetch a file itself: it shows the progress, and the page may be left. */
export function DownloadButton({
  href,
  children,
  newTab,
  ...look
}: Look & { href: string; children: ReactNode; newTab?: boolean }) {
  return (
    <a href={href} className={classes(look)} {...(newTab ? { target: '_blank', rel: 'noopener' } : { download: true })}>
      {children}
    </a>
  )
}
