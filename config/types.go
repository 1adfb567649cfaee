package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Switch is a setting that is on or off.
type Switch bool

// UnmarshalText reads "on" or "off" in any letter case.
func (s *Switch) UnmarshalText(text []byte) error {
	switch strings.ToLower(strings.TrimSpace(string(text))) {
	case "on":
		*s = true
	case "off":
		*s = false
	default:
		return fmt.Errorf("%q is neither on nor off", text)
	}
	return nil
}

// String returns "on" or "off".
func (s Switch) String() string {
	if s {
		return "on"
	}
	return "off"
}

// Origins are web origins, spelled as browsers send them.
type Origins []string

// UnmarshalText reads a comma-separated list of origins.
func (o *Origins) UnmarshalText(text []byte) error {
	for _, item := range listItems(text) {
		origin, err := parseOrigin(item)
		if err != nil {
			return err
		}
		*o = append(*o, origin)
	}
	return nil
}

// String returns the list as it is written in a setting.
func (o Origins) String() string {
	return strings.Join(o, ",")
}

// parseOrigin returns an origin as a browser would write it: in small letters,
// without the scheme's own port and without the closing slash.
func parseOrigin(item string) (string, error) {
	u, err := url.Parse(strings.TrimSuffix(strings.ToLower(item), "/"))
	if err != nil || u.Scheme == "" || u.Hostname() == "" || strings.Contains(u.Host, "*") {
		return "", fmt.Errorf("%q is not scheme://host[:port]", item)
	}
	if origin := u.Scheme + "://" + u.Host; origin != u.String() {
		return "", fmt.Errorf("%q has more than scheme://host[:port]", item)
	}
	if u.Port() == usualPort(u.Scheme) {
		u.Host = strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	return u.String(), nil
}

func usualPort(scheme string) string {
	return map[string]string{"http": "80", "https": "443"}[scheme]
}

// Proxies are the networks of trusted reverse proxies.
type Proxies []netip.Prefix

// UnmarshalText reads a comma-separated list of addresses and networks.
func (p *Proxies) UnmarshalText(text []byte) error {
	for _, item := range listItems(text) {
		network, err := parseNetwork(item)
		if err != nil {
			return err
		}
		*p = append(*p, network)
	}
	return nil
}

// String returns the list as it is written in a setting.
func (p Proxies) String() string {
	networks := make([]string, len(p))
	for i, network := range p {
		networks[i] = network.String()
	}
	return strings.Join(networks, ",")
}

func parseNetwork(item string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(item); err == nil {
		address = address.Unmap().WithZone("")
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(item)
	return network.Masked(), err
}

// listItems splits at commas; empty items are left out.
func listItems(text []byte) []string {
	var items []string
	for item := range strings.SplitSeq(string(text), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
