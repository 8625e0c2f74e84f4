{#- The code that follows a python model and gives its function `dbt.ref`, `dbt.source`,
    `dbt.config` and `dbt.this`. Whoever runs the model says how a name becomes a data frame. -#}
{% macro resolve_model_name(input_model_name) -%}
  {{ return(adapter.dispatch('resolve_model_name', 'dbt')(input_model_name)) }}
{%- endmacro %}

{% macro default__resolve_model_name(input_model_name) -%}
  {{ input_model_name | string }}
{%- endmacro %}

{% macro build_ref_function(model) -%}
  {%- set relations = {} -%}
  {%- for call in model.refs -%}
    {%- set path = [call.package, call.name] if call.package else [call.name] -%}
    {%- set relation = ref(*path, v=call.version) if call.version else ref(*path) -%}
    {%- set version = '.v' ~ call.version if call.version else '' -%}
    {%- do relations.update({path | join('.') ~ version: resolve_model_name(relation)}) -%}
  {%- endfor -%}
def ref(*args, dbt_load_df_function, v=None, version=None):
    relations = {{ relations | tojson }}
    number = v or version
    key = ".".join(args) + (f".v{number}" if number else "")
    return dbt_load_df_function(relations[key])
{%- endmacro %}

{% macro build_source_function(model) -%}
  {%- set relations = {} -%}
  {%- for path in model.sources -%}
    {%- do relations.update({path | join('.'): resolve_model_name(source(*path))}) -%}
  {%- endfor -%}
def source(*args, dbt_load_df_function):
    relations = {{ relations | tojson }}
    return dbt_load_df_function(relations[".".join(args)])
{%- endmacro %}

{#- The configs that the model's code asks for, with the values that it gets. -#}
{% macro build_config_dict(model) -%}
  {%- set values = {} -%}
  {%- for key, default in zip(model.config.config_keys_used, model.config.config_keys_defaults) or [] -%}
    {%- do values.update({key: model.config.get(key, default)}) -%}
  {%- endfor -%}
  {%- set meta_values = {} -%}
  {%- if model.config.meta_keys_used -%}
    {%- set meta = model.config.meta or {} -%}
    {%- for key, default in zip(model.config.meta_keys_used, model.config.meta_keys_defaults) -%}
      {%- do meta_values.update({key: meta.get(key, default)}) -%}
    {%- endfor -%}
  {%- endif -%}
config_dict = {{ values }}
meta_dict = {{ meta_values }}
{%- endmacro %}

{% macro py_script_postfix(model) -%}
{{ build_ref_function(model) }}


{{ build_source_function(model) }}


{{ build_config_dict(model) }}


class config:
    def __init__(self, *args, **kwargs):
        pass

    @staticmethod
    def get(key, default=None):
        return config_dict.get(key, default)

    @staticmethod
    def meta_get(key, default=None):
        return meta_dict.get(key, default)


class this:
    database = {{ this.database | tojson }}
    schema = {{ this.schema | tojson }}
    identifier = {{ this.identifier | tojson }}

    def __repr__(self):
        return '{{ resolve_model_name(this) | trim }}'


class dbtObj:
    def __init__(self, load_df_function):
        self.ref = lambda *args, **kwargs: ref(*args, **kwargs, dbt_load_df_function=load_df_function)
        self.source = lambda *args: source(*args, dbt_load_df_function=load_df_function)
        self.config = config
        self.this = this()
        self.is_incremental = {{ is_incremental() }}

{{ py_script_comment() }}
{%- endmacro %}

{#- A place for warehouses to say how the compiled code is run by hand. -#}
{% macro py_script_comment() -%}
{%- endmacro %}
