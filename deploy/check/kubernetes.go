package check

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const manifests = "deploy/kubernetes"

// namespace is where everything is.
const namespace = "placeops"

// object is anything that a cluster keeps.
type object interface {
	runtime.Object
	metav1.Object
}

// Overlay says what is wrong with what `kubectl apply -k` makes of a folder.
func Overlay(files fs.FS, folder string) (faults []string, err error) {
	built, err := build(files, folder)
	if err != nil {
		return nil, err
	}
	objects, err := decode(built)
	if err != nil {
		return nil, err
	}
	secrets, err := example(files, "secrets.yaml")
	if err != nil {
		return nil, err
	}
	c := cluster{objects: objects, secrets: secrets}
	return c.faults(), nil
}

// Examples says what is wrong with the manifests that are not applied as they are.
func Examples(files fs.FS, _ string) (faults []string, err error) {
	built, err := build(files, manifests+"/outside")
	if err != nil {
		return nil, err
	}
	objects, err := decode(built)
	if err != nil {
		return nil, err
	}
	service := find[*corev1.Service](objects, namespace)
	if service == nil {
		return nil, errors.New("there is no Service")
	}
	ports := map[string]bool{}
	for _, port := range service.Spec.Ports {
		ports[port.Name] = true
	}
	for _, name := range []string{"ingress.yaml", "servicemonitor.yaml", "secrets.yaml"} {
		found, err := example(files, name)
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			for _, fault := range exampleFaults(o, service, ports) {
				faults = append(faults, name+": "+fault)
			}
		}
	}
	return faults, nil
}

func exampleFaults(o object, service *corev1.Service, ports map[string]bool) (faults []string) {
	if o.GetNamespace() != namespace {
		faults = append(faults, "it is in another namespace: "+o.GetNamespace())
	}
	switch o := o.(type) {
	case *networkingv1.Ingress:
		for _, rule := range o.Spec.Rules {
			for _, at := range rule.HTTP.Paths {
				if backend := at.Backend.Service; backend == nil || backend.Name != service.Name || !ports[backend.Port.Name] {
					faults = append(faults, "there is no such service, or it has no such port")
				}
			}
		}
		if len(o.Spec.TLS) == 0 {
			faults = append(faults, "it has no TLS")
		}
	case *monitoringv1.ServiceMonitor:
		if !selects(&o.Spec.Selector, service.Labels) {
			faults = append(faults, "it does not find the Service")
		}
		for _, endpoint := range o.Spec.Endpoints {
			if !ports[endpoint.Port] || endpoint.Path != "/metrics" {
				faults = append(faults, "there is no port "+endpoint.Port+" with "+endpoint.Path)
			}
		}
	}
	return faults
}

func example(files fs.FS, name string) ([]object, error) {
	text, err := fs.ReadFile(files, path.Join(manifests, "examples", name))
	if err != nil {
		return nil, err
	}
	return decode(text)
}

// build does what `kubectl kustomize` does, in memory.
func build(files fs.FS, folder string) ([]byte, error) {
	memory := filesys.MakeFsInMemory()
	err := fs.WalkDir(files, manifests, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return memory.WriteFile("/"+name, text)
	})
	if err != nil {
		return nil, err
	}
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(memory, "/"+folder)
	if err != nil {
		return nil, err
	}
	return made.AsYaml()
}

// decode reads manifests as the API server does that is told to be strict: an unknown or repeated field is an error.
func decode(text []byte) (found []object, err error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, policyv1.AddToScheme, networkingv1.AddToScheme, monitoringv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Yaml: true, Strict: true})
	for documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text))); ; {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(document)) == 0 {
			continue
		}
		decoded, kind, err := strict.Decode(document, nil, nil)
		if err != nil {
			return nil, fmt.Errorf("%w in\n%s", err, strings.TrimSpace(string(document)))
		}
		o, ok := decoded.(object)
		if !ok {
			return nil, fmt.Errorf("%s is no object", kind)
		}
		found = append(found, o)
	}
}

// find is the object of a kind with a name, or nil.
func find[O object](objects []object, name string) (none O) {
	for _, o := range objects {
		if found, ok := o.(O); ok && found.GetName() == name {
			return found
		}
	}
	return none
}

func selects(selector *metav1.LabelSelector, of map[string]string) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && !s.Empty() && s.Matches(labels.Set(of))
}
