const ask = (event: BeforeUnloadEvent) => event.preventDefault()

/** warnOnLeaving has the browser ask before the window is closed or loaded anew, while codes are in it that are not kept. */
export function warnOnLeaving(warns: boolean) {
  if (warns) window.addEventListener('beforeunload', ask)
  else window.removeEventListener('beforeunload', ask)
}
