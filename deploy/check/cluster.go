package check

import (
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// cluster is what an overlay brings into one, and the secrets that are there before.
type cluster struct {
	objects, secrets []object
}

// workload is what makes pods.
type workload struct {
	object
	pods     corev1.PodTemplateSpec
	replicas int32
	claims   []string
}

func (c cluster) workloads() (found []workload) {
	for _, o := range c.objects {
		switch o := o.(type) {
		case *appsv1.Deployment:
			found = append(found, workload{o, o.Spec.Template, *o.Spec.Replicas, nil})
		case *appsv1.StatefulSet:
			w := workload{o, o.Spec.Template, *o.Spec.Replicas, nil}
			for _, claim := range o.Spec.VolumeClaimTemplates {
				w.claims = append(w.claims, claim.Name)
			}
			found = append(found, w)
		case *batchv1.Job:
			found = append(found, workload{o, o.Spec.Template, 0, nil})
		}
	}
	return found
}

func (c cluster) faults() (faults []string) {
	say := func(o object, found []string) {
		for _, fault := range found {
			faults = append(faults, fmt.Sprintf("%T %s: %s", o, o.GetName(), fault))
		}
	}
	for _, o := range c.objects {
		say(o, c.objectFaults(o))
	}
	for _, w := range c.workloads() {
		say(w.object, slices.Concat(c.podFaults(w), c.referenceFaults(w)))
		if w.replicas > 0 {
			say(w.object, serverFaults(w))
		}
		if w.replicas > 1 {
			say(w.object, c.severalFaults(w))
		}
	}
	return faults
}

func (c cluster) objectFaults(o object) (faults []string) {
	switch o := o.(type) {
	case *corev1.Namespace:
		if o.Labels[api.EnforceLevelLabel] != string(api.LevelRestricted) {
			faults = append(faults, "it lets in pods that are more than ordinary")
		}
		return faults
	case *corev1.ServiceAccount:
		if o.AutomountServiceAccountToken == nil || *o.AutomountServiceAccountToken {
			faults = append(faults, "its token is mounted")
		}
	case *corev1.Secret:
		faults = append(faults, "a secret is applied with the rest")
	case *corev1.Service:
		faults = append(faults, c.serviceFaults(o)...)
	case *networkingv1.NetworkPolicy:
		if len(o.Spec.PolicyTypes) != 2 {
			faults = append(faults, "it limits one direction only")
		}
		for _, w := range c.workloads() {
			if everybody := len(o.Spec.PodSelector.MatchLabels) == 0 && len(o.Spec.PodSelector.MatchExpressions) == 0; !everybody && !selects(&o.Spec.PodSelector, w.pods.Labels) {
				faults = append(faults, "it leaves out the pods of "+w.GetName())
			}
		}
	}
	if o.GetNamespace() != namespace {
		faults = append(faults, "it is in another namespace: "+o.GetNamespace())
	}
	return faults
}

func (c cluster) serviceFaults(s *corev1.Service) (faults []string) {
	backs := 0
	for _, w := range c.workloads() {
		if !containsAll(w.pods.Labels, s.Spec.Selector) {
			continue
		}
		backs++
		for _, port := range s.Spec.Ports {
			if !slices.ContainsFunc(w.pods.Spec.Containers[0].Ports, func(p corev1.ContainerPort) bool { return p.Name == port.TargetPort.StrVal }) {
				faults = append(faults, fmt.Sprintf("the pods have no port %s", port.TargetPort.String()))
			}
		}
	}
	if backs != 1 {
		faults = append(faults, fmt.Sprintf("%d workloads are behind it", backs))
	}
	return faults
}

func containsAll(set, part map[string]string) bool {
	for name, value := range part {
		if set[name] != value {
			return false
		}
	}
	return len(part) > 0
}

// podFaults are those against the restricted standard, and what it does not ask for.
func (c cluster) podFaults(w workload) (faults []string) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return []string{err.Error()}
	}
	latest := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	for _, result := range evaluator.EvaluatePod(latest, &w.pods.ObjectMeta, &w.pods.Spec) {
		if !result.Allowed {
			faults = append(faults, "restricted: "+result.ForbiddenReason+" ("+result.ForbiddenDetail+")")
		}
	}
	spec := w.pods.Spec
	if spec.AutomountServiceAccountToken == nil || *spec.AutomountServiceAccountToken {
		faults = append(faults, "a token of the cluster is mounted")
	}
	for _, container := range spec.Containers {
		if s := container.SecurityContext; s == nil || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem {
			faults = append(faults, "its root can be written to")
		}
		if !exactImage(container.Image) {
			faults = append(faults, "its image "+container.Image+" is no exact version")
		}
		if container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
			faults = append(faults, "what it needs is not said, or its memory has no limit")
		}
	}
	return faults
}

// referenceFaults are names of things that are not there.
func (c cluster) referenceFaults(w workload) (faults []string) {
	need := func(is bool, what, name string) {
		if !is {
			faults = append(faults, "there is no "+what+" "+name)
		}
	}
	spec := w.pods.Spec
	need(find[*corev1.ServiceAccount](c.objects, spec.ServiceAccountName) != nil, "ServiceAccount", spec.ServiceAccountName)
	volumes := slices.Clone(w.claims)
	for _, volume := range spec.Volumes {
		volumes = append(volumes, volume.Name)
		need(volume.EmptyDir == nil || volume.EmptyDir.SizeLimit != nil, "limit of the volume", volume.Name)
	}
	for _, container := range spec.Containers {
		for _, mount := range container.VolumeMounts {
			need(slices.Contains(volumes, mount.Name), "volume", mount.Name)
		}
		for _, from := range container.EnvFrom {
			if ref := from.ConfigMapRef; ref != nil {
				need(find[*corev1.ConfigMap](c.objects, ref.Name) != nil, "ConfigMap", ref.Name)
			}
			if ref := from.SecretRef; ref != nil {
				need(find[*corev1.Secret](c.secrets, ref.Name) != nil, "Secret", ref.Name)
			}
		}
	}
	return faults
}

// serverFaults are those of pods that stay: how one knows that they work.
func serverFaults(w workload) (faults []string) {
	for _, container := range w.pods.Spec.Containers {
		for name, probe := range map[string]*corev1.Probe{
			"startup": container.StartupProbe, "liveness": container.LivenessProbe, "readiness": container.ReadinessProbe,
		} {
			if probe == nil || probe.HTTPGet == nil || !hasPort(container, probe.HTTPGet.Port.StrVal) {
				faults = append(faults, "it has no "+name+" probe, or one of a port that is not there")
			}
		}
	}
	return faults
}

func hasPort(container corev1.Container, name string) bool {
	return slices.ContainsFunc(container.Ports, func(p corev1.ContainerPort) bool { return p.Name == name })
}

// severalFaults are those of pods of which some must always work.
func (c cluster) severalFaults(w workload) (faults []string) {
	if deployment, ok := w.object.(*appsv1.Deployment); ok {
		if update := deployment.Spec.Strategy.RollingUpdate; update == nil || update.MaxUnavailable == nil || update.MaxUnavailable.IntValue() != 0 {
			faults = append(faults, "an update takes pods away before there are new ones")
		}
	}
	budgets := 0
	for _, o := range c.objects {
		if budget, ok := o.(*policyv1.PodDisruptionBudget); ok && selects(budget.Spec.Selector, w.pods.Labels) {
			budgets++
		}
	}
	if budgets != 1 {
		faults = append(faults, "maintenance may take all pods at once")
	}
	if len(w.pods.Spec.TopologySpreadConstraints) == 0 {
		faults = append(faults, "all pods may be on one node")
	}
	for _, constraint := range w.pods.Spec.TopologySpreadConstraints {
		if !selects(constraint.LabelSelector, w.pods.Labels) {
			faults = append(faults, "its pods are spread by others' labels")
		}
	}
	if hook := w.pods.Spec.Containers[0].Lifecycle; hook == nil || hook.PreStop == nil || hook.PreStop.Sleep == nil {
		faults = append(faults, "it stops to listen while requests are still sent to it")
	}
	return faults
}
