import { redirect } from '@sveltejs/kit';
import { routeForEventHistory } from '$lib/utilities/route-for';

export const load = ({ params }) => redirect(302, routeForEventHistory({ ...params, queryParams: {} }));
