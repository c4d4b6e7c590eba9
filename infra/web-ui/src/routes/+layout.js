import '../app.css';

import i18next from 'i18next';
import { i18nNamespaces } from '$lib/i18n';
import resources from '$lib/i18n/locales';
import { fetchCluster, fetchSystemInfo } from '$lib/services/cluster-service';
import { fetchNamespaces } from '$lib/services/namespaces-service';
import { fetchSettings } from '$lib/services/settings-service';

// The pages need a browser: storage, the address bar, live updates.
export const ssr = false;

// Texts first, then what every page assumes to be known about the server.
export const load = async ({ fetch }) => {
  await i18next.init({ lng: 'en', fallbackLng: 'en', ns: i18nNamespaces, defaultNS: 'common', resources });
  const settings = await fetchSettings(fetch);
  const [cluster, systemInfo] = await Promise.all([
    fetchCluster(settings, fetch),
    fetchSystemInfo(settings, fetch),
    fetchNamespaces(settings, fetch),
  ]);
  return { settings, cluster, systemInfo };
};
