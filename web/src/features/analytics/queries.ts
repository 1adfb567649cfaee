import { queryOptions } from '@tanstack/react-query'
import { api, data } from '~/api/client'

export const periods = [30, 90, 365] as const
export type Period = (typeof periods)[number]

/** All of them begin with 'analytics': the refresh has them read anew. */
export const summaryQuery = (days: Period) =>
  queryOptions({
    queryKey: ['analytics', 'summary', days],
    queryFn: () => data(api.GET('/analytics/summary', { params: { query: { days } } })),
  })

export const drivesOverTimeQuery = queryOptions({
  queryKey: ['analytics', 'drives-over-time'],
  queryFn: () => data(api.GET('/analytics/drives-over-time')),
})

export const registrationsOverTimeQuery = (days: Period) =>
  queryOptions({
    queryKey: ['analytics', 'registrations-over-time', days],
    queryFn: () => data(api.GET('/analytics/registrations-over-time', { params: { query: { days } } })),
  })

export const attendanceTrendQuery = queryOptions({
  queryKey: ['analytics', 'attendance-trend'],
  queryFn: () => data(api.GET('/analytics/attendance-trend')),
})

export const byBranchQuery = (days: Period) =>
  queryOptions({
    queryKey: ['analytics', 'by-branch', days],
    queryFn: () => data(api.GET('/analytics/by-branch', { params: { query: { days } } })),
  })

export const funnelQuery = (days: Period) =>
  queryOptions({
    queryKey: ['analytics', 'funnel', days],
    queryFn: () => data(api.GET('/analytics/funnel', { params: { query: { days } } })),
  })

const shownDrives = 10

export const topDrivesQuery = queryOptions({
  queryKey: ['analytics', 'registrations-by-drive', shownDrives],
  queryFn: () => data(api.GET('/analytics/registrations-by-drive', { params: { query: { limit: shownDrives } } })),
})
