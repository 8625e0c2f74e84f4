{#- What the program builds by itself, as macros for a project that puts its own materialization
    around it. Without one they are not called. -#}
{% materialization view, default %}
  {{ return(materialize_built_in('view')) }}
{% endmaterialization %}

{% materialization table, default %}
  {{ return(materialize_built_in('table')) }}
{% endmaterialization %}

{% materialization incremental, default %}
  {{ return(materialize_built_in('incremental')) }}
{% endmaterialization %}

{% materialization materialized_view, default %}
  {{ return(materialize_built_in('materialized_view')) }}
{% endmaterialization %}

{% materialization seed, default %}
  {{ return(materialize_built_in('seed')) }}
{% endmaterialization %}

{% materialization snapshot, default %}
  {{ return(materialize_built_in('snapshot')) }}
{% endmaterialization %}

{% materialization function, default, supported_languages=['sql', 'python', 'javascript'] %}
  {{ return(materialize_built_in('function')) }}
{% endmaterialization %}
