import { refTo, want } from "../Desired.ts"
import type { Mapping } from "./Mapping.ts"
import { understood } from "./Facts.ts"
import { interfaceKey, interfaceRef, macRef } from "./Refs.ts"

export const MacAddress: Mapping = {
  kind: "dcim.macaddress",
  ofGuest: ({ guest, key }, { settings }) =>
    (guest?.nics ?? []).flatMap((nic) =>
      nic.mac === null
        ? []
        : [
            {
              ref: macRef(key, nic, nic.mac),
              source: settings.name,
              label: nic.mac,
              fields: {
                mac_address: want(nic.mac, `config.${nic.key}`),
                assigned_object_type: want("virtualization.vminterface", "NIC"),
                assigned_object_id: want(refTo(interfaceRef(key, nic)), "NIC")
              }
            }
          ]
    ),
  covered: ({ guests }) =>
    guests.flatMap(({ guest, key }) =>
      guest !== undefined && understood(guest, "net")
        ? guest.nics.flatMap((nic) => (nic.mac === null ? [] : [interfaceKey(key, nic)]))
        : []
    )
}
