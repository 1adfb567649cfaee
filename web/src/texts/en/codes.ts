/** What stands on the printed cards with one-time codes. */
export const codes = {
  heading: 'Your access to placements',
  roll: 'Roll number',
  email: 'E-mail',
  code: 'One-time code',
  address: 'Address',
  use: 'Sign in with the e-mail and this code, then choose a password of your own. The code works once.',
} as const
