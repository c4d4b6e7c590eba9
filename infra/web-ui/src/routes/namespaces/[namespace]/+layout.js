import { fetchSearchAttributesForNamespace } from '$lib/services/search-attributes-service';
import { lastUsedNamespace } from '$lib/stores/namespaces';
import { allSearchAttributes } from '$lib/stores/search-attributes';

// The filters and forms of every page below read the namespace's search attributes.
export const load = async ({ params, fetch }) => {
  lastUsedNamespace.set(params.namespace);
  allSearchAttributes.set(await fetchSearchAttributesForNamespace(params.namespace, fetch));
};
