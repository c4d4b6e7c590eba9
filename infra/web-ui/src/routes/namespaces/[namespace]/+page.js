import { redirect } from '@sveltejs/kit';
import { routeForWorkflows } from '$lib/utilities/route-for';

export const load = ({ params }) => redirect(302, routeForWorkflows(params));
